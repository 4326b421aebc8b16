package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three forms of the loss, and training, on the cpu backend. */
class CovarianceFormTest {

  private static Backend cpu() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  @ParameterizedTest
  @CsvSource({"1, 0.015902411560", "0, 0.049037144098"})
  void formsAgreeAtMinimumOfTanh(double biasStrength, double best) {
    RidgeProblem problem = Grids.golden(2e-3, biasStrength);
    DenseShape shape = DenseShape.of(List.of(3, 9, 8, 2), Activation.Smooth.TANH);
    try (Backend backend = cpu();
        RidgeTraining training = new RidgeTraining(backend, problem, shape);
        RidgeFit fit = training.best(new RidgePlan(6, 500, 0.02, 30, 300, 1, 1))) {
      CovarianceResult r = CovarianceForm.measure(backend, fit.network(), problem);
      assertThat(fit.loss()).isLessThan(best + 1e-9);
      assertThat(r.loss()).isCloseTo(fit.loss(), within(1e-14));
      assertThat(r.lossRepresentations()).isCloseTo(r.loss(), within(1e-11));
      assertThat(r.lossCovariances()).isCloseTo(r.loss(), within(1e-11));
    }
  }
}
