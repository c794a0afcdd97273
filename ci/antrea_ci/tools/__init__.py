"""The external programs: found, verified, fetched or built, locked. The way in is ``find`` and ``lock``.

Every other module here is loaded only when a program has to be fetched, so that finding one stays cheap.
"""
