//! What helps at the terminal: names that are nearly right, commands that a shell completes, exit codes, and as much of an answer as fits a screen.

mod ends;
mod near;
mod screen;
