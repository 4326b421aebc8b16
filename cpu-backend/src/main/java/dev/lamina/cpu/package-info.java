/** Runs the operations of Lamina on the CPU. */
package dev.lamina.cpu;
