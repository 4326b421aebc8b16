package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;

/** Layer-wise losses on the cpu backend. */
class CpuLayerLossTest extends LayerLossCases {

  @Override
  protected Backend open(LaminaConfig config) {
    return ContractBackends.open(BackendId.CPU, config);
  }
}
