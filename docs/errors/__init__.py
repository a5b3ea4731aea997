"""What every error code means; one file per class of error, since the class says who acts."""
