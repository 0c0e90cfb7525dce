"""A county that uses Luoshi: its data, its story of the year, and all its processes."""
