package dev.lamina.analysis.layerwise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

  /** The NNGP of two hidden layers, sw2 = 1.7, sb2 = 0.1, on a matrix of sines. */
  @Test
  void goldenKernels() {
    double[][] x = new double[4][3];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        x[i][j] = Math.sin(0.7 * i + 1.3 * j + 0.5);
      }
    }
    double[] row = {0.740344064502, 0.707849639378, 0.592593163545, 0.450781395891};
    ObjectiveSettings settings = ObjectiveSettings.evidence(2, 1).withVariances(1.7, 1.7, 0.1);
    try (Backend backend = open(LaminaConfig.defaults());
        HostMatrix host = HostMatrix.of(x);
        DeviceMatrix device = backend.upload(host);
        Workspace workspace = new Workspace(backend);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT64, 4, 4)) {
      KernelChain chain = new KernelChain(backend, settings, workspace);
      for (ChainPlan plan : new ChainPlan[] {ChainPlan.all(2), GramPlan.forward(settings)}) {
        backend.download(chain.top(device, plan), k);
        double trace = 0;
        for (int i = 0; i < 4; i++) {
          assertThat(k.get(0, i)).isCloseTo(row[i], within(6e-13));
          trace += k.get(i, i);
        }
        assertThat(trace).isCloseTo(3.548920877398, within(1e-12));
      }
    }
  }

  /** All forms against plain loops, on one objective for calls of changing shapes. */
  @ParameterizedTest
  @EnumSource(Form.class)
  void anObjectiveServesCallsOfAllShapes(Form form) {
    try (Backend backend = open(LaminaConfig.defaults())) {
      for (int p : new int[] {0, 2}) {
        ObjectiveSettings settings =
            ObjectiveSettings.evidence(p, 0.3).withForm(form).withVariances(1.2, 1.6, 0.2);
        try (LayerObjective objective = LayerObjective.open(backend, settings)) {
          for (int[] shape : new int[][] {{9, 4, 2}, {9, 12, 2}, {5, 12, 3}, {9, 4, 2}}) {
            RandomLayer layer = RandomLayer.of(shape[0], shape[1], shape[2], 7);
            double want = LayerOracle.loss(layer.phi(), layer.targets(), settings);
            try (HostMatrix phi = layer.activations(DType.FLOAT64);
                HostMatrix y = layer.targets(DType.FLOAT64)) {
              LayerLoss value = Evaluated.value(backend, objective, phi, y);
              Evaluated both = Evaluated.of(backend, objective, phi, y);
              assertThat(value.value()).isCloseTo(want, within(1e-10 * (1 + Math.abs(want))));
              assertThat(both.loss()).isEqualTo(value);
              assertThat(Double.isNaN(value.fit())).isEqualTo(!form.usesNoise());
            }
          }
        }
        assertThat(backend.budget().available()).isEqualTo(backend.budget().limit());
      }
    }
  }

  /** The read-out's gradient is a difference of its losses, and its own steps lower the loss. */
  @Test
  void softmaxReadoutTrainsBesideTheLayer() {
    RandomLayer layer = RandomLayer.of(12, 6, 3, 19);
    for (int i = 0; i < 12; i++) {
      for (int c = 0; c < 3; c++) {
        layer.targets()[i][c] = (i % 3 == c ? 1 : 0) - 1.0 / 3;
      }
    }
    try (Backend backend = open(LaminaConfig.defaults());
        SoftmaxReadout readout = new SoftmaxReadout(backend, new SoftmaxSettings(0.05, 0.01, 3));
        HostMatrix phi = layer.activations(DType.FLOAT64);
        HostMatrix y = layer.targets(DType.FLOAT64)) {
      double before = Evaluated.value(backend, readout, phi, y).value();
      double[][] difference = new double[12][6];
      for (int i = 0; i < 12; i++) {
        for (int k = 0; k < 6; k++) {
          double old = phi.get(i, k);
          phi.set(i, k, old + 1e-5);
          double up = Evaluated.value(backend, readout, phi, y).value();
          phi.set(i, k, old - 1e-5);
          double down = Evaluated.value(backend, readout, phi, y).value();
          phi.set(i, k, old);
          difference[i][k] = (up - down) / 2e-5;
        }
      }
      assertThat(readout.steps()).isZero();
      Evaluated first = Evaluated.of(backend, readout, phi, y);
      assertThat(first.loss().value()).isEqualTo(before);
      for (int i = 0; i < 12; i++) {
        for (int k = 0; k < 6; k++) {
          assertThat(first.gradient()[i][k]).isCloseTo(difference[i][k], within(1e-9));
        }
      }
      for (int step = 0; step < 60; step++) {
        Evaluated.of(backend, readout, phi, y);
      }
      assertThat(readout.steps()).isEqualTo(61);
      assertThat(Evaluated.value(backend, readout, phi, y).value()).isLessThan(0.7 * before);
      y.set(4, 1, 5);
      assertThatThrownBy(() -> Evaluated.value(backend, readout, phi, y))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one-hot rows minus 1/C");
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
