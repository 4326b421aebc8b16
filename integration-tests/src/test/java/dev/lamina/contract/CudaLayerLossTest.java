package dev.lamina.contract;

import dev.lamina.analysis.layerwise.LayerLossCases;
import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;

/** Layer-wise losses on the emulated cuda backend. */
class CudaLayerLossTest extends LayerLossCases {

  @Override
  protected Backend open(LaminaConfig config) {
    return EmulatedBackends.open(config);
  }
}
