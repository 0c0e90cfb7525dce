"""Files that people hand in: named safely, known by their content, kept outside the web root."""
