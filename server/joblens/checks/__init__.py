"""What can be wrong with a job; one file each."""
