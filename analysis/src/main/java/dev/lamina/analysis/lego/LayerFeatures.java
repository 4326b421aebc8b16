package dev.lamina.analysis.lego;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.DeviceNetwork;
import dev.lamina.analysis.training.Pass;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;

/**
 * The activations of a layer as float64 blocks of rows, computed in the network's own precision.
 *
 * @param backend the device
 * @param network the layers
 * @param layers how many of them the samples go through; 0 for the inputs themselves
 * @param x N×inputs of the network's element type
 */
record LayerFeatures(Backend backend, Network network, int layers, HostMatrix x) {
  private static final long BLOCK = 2048;

  /** Takes a block of activations. */
  interface Consumer {
    /**
     * Takes a block.
     *
     * @param from number of its first sample
     * @param block activations, closed when this returns
     */
    void accept(long from, HostMatrix block);
  }

  /** Returns the number of samples N. */
  long rows() {
    return x.rows();
  }

  /** Returns the number of features n. */
  long cols() {
    return layers == 0 ? x.cols() : network.layers().get(layers - 1).outputs();
  }

  /** Computes block after block. */
  void forEach(Consumer consumer) {
    try (Forward forward = layers == 0 ? null : new Forward()) {
      for (long from = 0; from < x.rows(); from += BLOCK) {
        long to = Math.min(from + BLOCK, x.rows());
        HostMatrix rows = x.rows(from, to);
        try (HostMatrix block =
            forward == null ? rows.copy(DType.FLOAT64) : forward.activations(rows)) {
          consumer.accept(from, block);
        }
      }
    }
  }

  /** The layers on the device. */
  private final class Forward implements AutoCloseable {
    private final DeviceNetwork device =
        new DeviceNetwork(backend, new Network(network.layers().subList(0, layers)));

    HostMatrix activations(HostMatrix rows) {
      HostMatrix block = HostMatrix.allocate(DType.FLOAT64, rows.rows(), cols());
      try (DeviceMatrix inputs = backend.upload(rows);
          Pass pass = new Pass(device, rows.rows())) {
        pass.forward(inputs, false);
        backend.download(pass.outputs(), block);
        return block;
      } catch (RuntimeException | Error e) {
        block.close();
        throw e;
      }
    }

    @Override
    public void close() {
      device.close();
    }
  }
}
