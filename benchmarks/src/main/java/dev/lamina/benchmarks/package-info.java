/** Measures the operations of Lamina on every backend. */
package dev.lamina.benchmarks;
