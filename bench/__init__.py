"""Side-by-side measurements, each printing ratios: what is compared shares its run, its machine and its broker."""
