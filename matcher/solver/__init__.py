"""The solver: plain data in, a proven plan out; the only room that knows OR-Tools."""
