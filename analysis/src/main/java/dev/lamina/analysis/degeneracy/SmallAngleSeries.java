package dev.lamina.analysis.degeneracy;

/**
 * Power series of the three angle functions of {@link AngleStep} around theta = 0, each with 12
 * coefficients.
 *
 * <p>The closed forms lose digits there: S, C behave like theta&sup2; and B like theta&#8308;, each
 * the difference of numbers of order one, so their relative errors grow like 1e-16/theta&sup2; and
 * 1e-16/theta&#8308;. Below {@link #LIMIT} the series are within 1e-12; at {@link #LIMIT} the
 * closed forms are within 1e-13. The coefficients were computed with 50 digits.
 */
// The coefficients keep the 18 digits they were computed with.
@SuppressWarnings("FloatingPointLiteralPrecision")
final class SmallAngleSeries {
  /** Angle in radians below which the series replace the closed forms. */
  static final double LIMIT = 0.2;

  private static final double[] LOG_S_RATIO = {
    0,
    -0.212206590789193781,
    -0.0225158185871861714,
    0.0534030874763085155,
    0.000243565199588460767,
    0.00815726288134617346,
    -0.00136811059253542297,
    0.00108531214166146586,
    -0.000420354805899396892,
    0.000186124016197905167,
    -0.0000885869657626960478,
    0.0000389313926770608492
  };

  private static final double[] R = {
    1.5,
    0.0424413181578387562,
    -0.0382768915982164914,
    -0.0828289041965607801,
    0.00304561844914144597,
    -0.00469377017281617234,
    0.00636192893823116047,
    -0.000422037718995168389,
    0.00112184512288833068,
    -0.000425715633128860185,
    0.000148299750102009604,
    -0.000124895559679174451
  };

  private static final double[] T = {
    1.5,
    0.106103295394596891,
    0.0225158185871861714,
    -0.193281479635366123,
    -0.0245040035588421711,
    0.0391827888339502826,
    0.00814069396367930152,
    -0.00285710752420767059,
    -0.000845551645623592477,
    -0.000036229596438728602,
    9.32952305839498154e-6,
    -4.78913084975834183e-6
  };

  private SmallAngleSeries() {}

  /** Returns ln(S / sin&sup2; theta). */
  static double logSRatio(double theta) {
    return horner(LOG_S_RATIO, theta);
  }

  /** Returns R = B / S&sup2;. */
  static double r(double theta) {
    return horner(R, theta);
  }

  /** Returns T = C / S. */
  static double t(double theta) {
    return horner(T, theta);
  }

  private static double horner(double[] coefficients, double theta) {
    double sum = 0;
    for (int i = coefficients.length - 1; i >= 0; i--) {
      sum = sum * theta + coefficients[i];
    }
    return sum;
  }
}
