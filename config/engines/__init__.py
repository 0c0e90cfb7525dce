"""The engines that Luoshi stands on. Who starts and shares them: ``local_services``."""
