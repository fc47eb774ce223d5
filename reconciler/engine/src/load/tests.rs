//! What is refused, where, and with which advice.
