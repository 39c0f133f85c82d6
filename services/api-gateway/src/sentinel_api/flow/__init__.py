"""How traffic flowed at a camera."""
