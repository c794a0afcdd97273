"""The vendor's operator bundle: reading archives, what a bundle holds, its lock, and importing it.

The ways in: ``archive.read_archive``, ``contents.load_bundle`` and ``read_bundle``, ``lock.verify_lock``,
``importer.import_bundle``.
"""
