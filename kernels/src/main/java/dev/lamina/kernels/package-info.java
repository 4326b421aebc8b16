/** Names the CUDA C++ device functions that the cuda backend loads as resources of this module. */
package dev.lamina.kernels;
