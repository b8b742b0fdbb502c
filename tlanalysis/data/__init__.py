"""What we hold: embedded tables, open files, built tables, territories, published figures, parameters."""
