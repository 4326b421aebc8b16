package dev.lamina.analysis.layerwise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What layer-wise losses are on every backend. */
public abstract class LayerLossCases {

  /** Opens the backend. */
  protected abstract Backend open(LaminaConfig config);

  @ParameterizedTest
  @CsvSource({
    "0, 20.831231551012, 28.306971423145, -1.5187131279, 7.3320615332, -5.2724831781",
    "1, 16.613094314857, 17.272375542973, -1.8113258236, 2.4804790768, -2.7280518599",
    "2, 14.306342499146, 12.703087721111, -1.8169938438, 1.1546596406, -1.4372558083"
  })
  void evidence(int p, double loss, double norm, double g0, double g1, double g2) {
    for (Space space : new Space[] {Space.AUTO, Space.GRAM}) {
      Evaluated got = golden(ObjectiveSettings.evidence(p, GoldenLayer.NOISE).withSpace(space));
      assertThat(got.loss().value()).isCloseTo(loss, within(1e-11));
      assertThat(got.gradientNorm()).isCloseTo(norm, within(1e-11));
      assertThat(got.gradient()[0][0]).isCloseTo(g0, within(6e-11));
      assertThat(got.gradient()[0][1]).isCloseTo(g1, within(6e-11));
      assertThat(got.gradient()[0][2]).isCloseTo(g2, within(6e-11));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LOO_NLL, 0, false, 37.123924864817",
    "LOO_NLL, 1, false, 28.041746444980",
    "LOO_MSE, 0, false, 5.969703117117",
    "LOO_MSE, 1, false, 5.664780901357",
    "EVIDENCE, 0, true, 19.916865779555",
    "EVIDENCE, 1, true, 15.124916491625"
  })
  void otherForms(Form form, int p, boolean centred, double loss) {
    ObjectiveSettings settings =
        ObjectiveSettings.evidence(p, GoldenLayer.NOISE).withForm(form).withCentred(centred);
    for (Space space : new Space[] {Space.AUTO, Space.GRAM}) {
      assertThat(golden(settings.withSpace(space)).loss().value()).isCloseTo(loss, within(1e-11));
    }
  }

  private Evaluated golden(ObjectiveSettings settings) {
    try (Backend backend = open(LaminaConfig.defaults());
        HostMatrix phi = GoldenLayer.activations(DType.FLOAT64);
        HostMatrix y = GoldenLayer.targets(DType.FLOAT64)) {
      return Evaluated.of(backend, settings, phi, y);
    }
  }
}
