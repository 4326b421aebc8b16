package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;

class CpuFloat64Test extends BackendContracts {
  CpuFloat64Test() {
    super("cpu", DType.FLOAT64);
  }

  @Override
  protected Backend open(LaminaConfig config) {
    return ContractBackends.open(BackendId.CPU, config);
  }
}
