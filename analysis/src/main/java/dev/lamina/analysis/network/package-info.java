/**
 * Finite networks: their layers and parameters, and the files that they are kept in.
 *
 * <p>{@link dev.lamina.analysis.network.Network} describes one, {@link
 * dev.lamina.analysis.network.NetworkFile} reads and writes it as a safetensors file, with Lamina's
 * names or those of PyTorch's {@code nn.Sequential}, and {@link
 * dev.lamina.analysis.network.SafetensorsFile} is that format alone.
 */
package dev.lamina.analysis.network;
