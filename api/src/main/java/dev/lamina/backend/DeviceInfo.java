package dev.lamina.backend;

/**
 * What a backend computes on.
 *
 * @param name the device's own name, such as the processor or GPU model
 * @param memoryBytes memory that the device has in all, in bytes
 * @param parallelism number of cores (CPU) or multiprocessors (GPU) in use
 * @param detail one line on what is used beyond that: vector width, libraries, driver
 */
public record DeviceInfo(String name, long memoryBytes, int parallelism, String detail) {}
