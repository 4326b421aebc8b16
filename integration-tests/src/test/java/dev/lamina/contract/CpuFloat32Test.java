package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;

class CpuFloat32Test extends BackendContracts {
  CpuFloat32Test() {
    super("cpu", DType.FLOAT32);
  }

  @Override
  protected Backend open(LaminaConfig config) {
    return ContractBackends.open(BackendId.CPU, config);
  }
}
