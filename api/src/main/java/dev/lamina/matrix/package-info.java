/** Matrices in host and device memory, and the files they are read from and written to. */
package dev.lamina.matrix;
