"""Attacks on the commands: kills at random moments, failing system calls, damaged files. All local and bounded."""
