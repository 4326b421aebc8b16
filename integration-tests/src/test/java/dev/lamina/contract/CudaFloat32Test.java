package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;

class CudaFloat32Test extends BackendContracts {
  CudaFloat32Test() {
    super("cuda", DType.FLOAT32);
  }

  @Override
  protected Backend open(LaminaConfig config) {
    return ContractBackends.open(BackendId.CUDA, config);
  }
}
