"""Networks; importing a subpackage registers its classes in MMPose."""
