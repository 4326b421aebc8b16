/** Benchmarks of one GPU, by the clocks of the device. */
package dev.lamina.benchmarks.device;
