"""Commands of `firmsim`, one module each.

Each module has ``add_parser(subparsers)``, which adds its parser and sets the default ``run``: a
function of the parsed arguments that gives the exit status.
"""
