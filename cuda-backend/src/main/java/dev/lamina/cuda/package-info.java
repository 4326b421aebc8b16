/** Runs the operations of Lamina on an NVIDIA GPU, or says why it cannot. */
package dev.lamina.cuda;
