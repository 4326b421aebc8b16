package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;

class CudaFloat64Test extends BackendContracts {
  CudaFloat64Test() {
    super("cuda", DType.FLOAT64);
  }

  @Override
  protected Backend open(LaminaConfig config) {
    return ContractBackends.open(BackendId.CUDA, config);
  }
}
