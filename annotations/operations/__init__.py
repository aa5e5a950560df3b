"""People's work on the record: one function per action, permission to history row in one."""
