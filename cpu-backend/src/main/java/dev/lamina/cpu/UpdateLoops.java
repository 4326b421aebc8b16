package dev.lamina.cpu;

import dev.lamina.ops.AdamStep;
import dev.lamina.ops.SgdStep;

/** Steps of optimisers over short arrays, in float64; those in float32 are {@link FloatLoops}. */
final class UpdateLoops {
  private UpdateLoops() {}

  /** Updates parameters w and velocities v by the gradient g. */
  static void sgd(SgdStep step, double[] w, double[] g, double[] v, int n) {
    double rate = step.rate();
    double momentum = step.momentum();
    double l2 = step.l2();
    // rate·(nesterov ? h + momentum·v : v) as rate·(a·h + b·v)
    double ofGradient = step.nesterov() ? rate : 0;
    double ofVelocity = step.nesterov() ? rate * momentum : rate;
    for (int j = 0; j < n; j++) {
      double h = g[j] + l2 * w[j];
      double velocity = momentum * v[j] + h;
      v[j] = velocity;
      w[j] -= ofGradient * h + ofVelocity * velocity;
    }
  }

  /** Updates parameters w and moments m and v by the gradient g. */
  static void adam(AdamStep step, double[] w, double[] g, double[] m, double[] v, int n) {
    double rate = step.rate();
    double beta1 = step.beta1();
    double beta2 = step.beta2();
    double new1 = 1 - beta1;
    double new2 = 1 - beta2;
    double epsilon = step.epsilon();
    double l2 = step.l2();
    double keep = 1 - step.shrink();
    for (int j = 0; j < n; j++) {
      double h = g[j] + l2 * w[j];
      double first = beta1 * m[j] + new1 * h;
      double second = beta2 * v[j] + new2 * (h * h);
      m[j] = first;
      v[j] = second;
      w[j] = keep * w[j] - rate * first / (Math.sqrt(second) + epsilon);
    }
  }
}
