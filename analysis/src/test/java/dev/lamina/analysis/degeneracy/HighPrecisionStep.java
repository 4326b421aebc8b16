package dev.lamina.analysis.degeneracy;

import org.hipparchus.dfp.Dfp;
import org.hipparchus.dfp.DfpField;

/**
 * The closed forms of {@link AngleStep} in 80 decimal digits, where their cancellation is harmless.
 */
final class HighPrecisionStep {
  private static final DfpField FIELD = new DfpField(80);

  final Dfp logSRatio;
  final Dfp r;
  final Dfp t;
  private final Dfp logS;
  private final Dfp j22;

  HighPrecisionStep(double theta) {
    Dfp angle = FIELD.newDfp(theta);
    Dfp sin = angle.sin();
    Dfp cos = angle.cos();
    Dfp rest = FIELD.getPi().subtract(angle);
    Dfp twoPi = FIELD.getPi().multiply(2);
    Dfp j11 = sin.add(rest.multiply(cos)).divide(twoPi);
    j22 =
        rest.multiply(cos.multiply(cos).multiply(2).add(1))
            .add(sin.multiply(cos).multiply(3))
            .divide(twoPi);
    Dfp j31 =
        rest.multiply(cos)
            .multiply(3)
            .add(sin.multiply(cos).multiply(cos))
            .add(sin.multiply(2))
            .divide(twoPi);
    Dfp square = j11.multiply(j11);
    Dfp one = FIELD.getOne();
    Dfp s = one.subtract(square.multiply(4));
    Dfp b =
        square
            .multiply(j22)
            .multiply(8)
            .subtract(square.multiply(square).multiply(8))
            .add(square.multiply(4))
            .subtract(j11.multiply(j31).multiply(8))
            .add(j22)
            .add(1);
    Dfp c = square.multiply(2).subtract(j11.multiply(j31).multiply(4)).add(j22).add(1);
    logS = s.log();
    logSRatio = s.divide(sin.multiply(sin)).log();
    r = b.divide(s.multiply(s));
    t = c.divide(s);
  }

  double paperMean(int width) {
    Dfp n = FIELD.newDfp(width);
    Dfp u = j22.multiply(4).subtract(1).divide(n).add(1);
    Dfp w = FIELD.getOne().subtract(FIELD.getOne().divide(n));
    return logS.add(n.subtract(1).divide(j22.multiply(4).subtract(1).add(n)).log())
        .add(j22.add(1).multiply(4).divide(n.multiply(u).multiply(u)))
        .subtract(r.multiply(4).divide(n.multiply(w).multiply(w)))
        .toDouble();
  }
}
