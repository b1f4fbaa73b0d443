"""Commands of `firmsim`, one module each.

Each module has ``configure(parser)``, which adds the arguments of its command and sets the default
``run``: a function that maps the parsed arguments to the exit status. To add a command, write such
a module and enter its name in `firmsim.cli.main.COMMANDS`.
"""
