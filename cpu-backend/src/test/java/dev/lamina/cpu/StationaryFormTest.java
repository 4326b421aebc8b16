package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Kernel;
import org.junit.jupiter.api.Test;

final class StationaryFormTest {

  private static double at(Kernel kernel, double distance) {
    double[] values = new double[64];
    values[0] = distance * distance;
    StationaryForm.of(kernel).apply(values, values, new double[64], 1);
    return values[0];
  }

  @Test
  void generalMaternMeetsTheClosedForms() {
    for (double nu : new double[] {0.5, 1.5, 2.5, 3.5}) {
      for (double r : new double[] {0, 1e-8, 1e-3, 0.1, 1, 3, 30, 300}) {
        // The integral is continuous in ν, and 1e-13 away it is no longer the closed form's case.
        double integral = at(new Kernel.Matern(nu + 1e-13, 1.3), r);
        assertThat(integral).isCloseTo(at(new Kernel.Matern(nu, 1.3), r), within(2e-12));
      }
    }
  }

  @Test
  void maternTendsToTheGaussianForLargeNu() {
    for (double r : new double[] {0.1, 0.5, 1, 2}) {
      assertThat(at(new Kernel.Matern(50, 1), r))
          .isCloseTo(at(new Kernel.Gaussian(1), r), within(6e-3));
    }
  }

  @Test
  void maternOfSmallNuFallsFromOne() {
    Kernel rough = new Kernel.Matern(0.05, 1);
    assertThat(at(rough, 0)).isEqualTo(1);
    double previous = 1;
    for (double r : new double[] {1e-300, 1e-100, 1e-10, 1e-3, 1, 10}) {
      double value = at(rough, r);
      assertThat(value).isLessThanOrEqualTo(previous).isGreaterThan(0);
      previous = value;
    }
  }

  @Test
  void rationalQuadraticTendsToTheGaussianForLargeAlpha() {
    assertThat(at(new Kernel.RationalQuadratic(1e9, 0.7), 1.1))
        .isCloseTo(at(new Kernel.Gaussian(0.7), 1.1), within(1e-8));
  }
}
