"""Study of trainers: gradients against searches without derivatives, at equal budgets."""
