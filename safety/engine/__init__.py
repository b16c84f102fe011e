"""The engine: pure Python that reads a text and an arc and says what it found. No database, clock or network."""
