package dev.lamina.examples.inject;

import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Injector;
import dev.lamina.Lamina;
import dev.lamina.config.LaminaConfig;
import dev.lamina.inject.LaminaModule;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;

/** A class of the user's own that Guice hands the operations of Lamina. */
public final class GuiceExample {
  private GuiceExample() {}

  /** How alike two inputs are to a network of five layers: any class that needs operations. */
  static final class Similarity {
    private final GramOps gram;

    @Inject
    Similarity(GramOps gram) {
      this.gram = gram;
    }

    double between(double[] a, double[] b) {
      try (HostMatrix x = HostMatrix.of(new double[][] {a});
          HostMatrix z = HostMatrix.of(new double[][] {b});
          HostMatrix k = HostMatrix.allocate(DType.FLOAT64, 1, 1)) {
        gram.compute(Kernel.parse("nngp(depth=5)"), x, z, k);
        return k.get(0, 0);
      }
    }
  }

  /**
   * Prints a similarity.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    Injector injector =
        Guice.createInjector(
            new LaminaModule(LaminaConfig.load()), binder -> binder.bind(Similarity.class));
    try (Lamina lamina = injector.getInstance(Lamina.class)) { // the program closes it
      Similarity similarity = injector.getInstance(Similarity.class); // takes GramOps
      System.out.println("on " + lamina.backend().id().text());
      System.out.println(
          "similarity = " + similarity.between(new double[] {1, 0}, new double[] {0, 1}));
    }
  }
}
