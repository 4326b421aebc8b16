/** Lamina studies deep networks layer by layer through their kernels. */
package dev.lamina;
