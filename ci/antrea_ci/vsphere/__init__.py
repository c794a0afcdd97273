"""vCenter's Web Services: as much of them as tells whether an installation can begin."""
