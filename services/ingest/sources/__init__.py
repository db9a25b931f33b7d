"""Where mentions come from, one folder each, all of the same anatomy: `settings` (how it is declared), `collect` (how it is
read), and, where replies can go back, `deliver`.
"""
