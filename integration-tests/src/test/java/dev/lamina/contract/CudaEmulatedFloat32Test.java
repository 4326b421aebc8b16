package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;

/** The host code and the device functions of the cuda backend on every machine with g++. */
class CudaEmulatedFloat32Test extends BackendContracts {
  CudaEmulatedFloat32Test() {
    super("cuda (emulated)", DType.FLOAT32);
  }

  @Override
  protected Backend open(LaminaConfig config) {
    return EmulatedBackends.open(config);
  }
}
