/** Kernels and activations as data: parameters, checks, and one textual form. */
package dev.lamina.kernel;
