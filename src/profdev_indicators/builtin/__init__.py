"""What comes with the package: ordinary plugins which see what a stranger sees."""
