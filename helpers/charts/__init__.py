"""The figures of the lessons, one module a theme: plain functions, data in, `Card` out."""
