"""What an encoder is trained for, without any label."""
