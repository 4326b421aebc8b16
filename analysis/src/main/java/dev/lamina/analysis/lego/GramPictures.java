package dev.lamina.analysis.lego;

import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.lego.LegoStudyResult.Gram;
import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Cosines between the activations of some training samples, ordered by class. */
final class GramPictures implements AutoCloseable {
  private final Backend backend;
  private final HostMatrix x;

  /**
   * Chooses the samples: the first ones of the training data, sorted by class.
   *
   * @param most how many at most; 0 for none
   */
  GramPictures(Backend backend, LegoExamples examples, int most) {
    this.backend = backend;
    HostMatrix all = examples.train().x();
    int m = (int) Math.min(most, all.rows());
    List<Integer> rows = new ArrayList<>(IntStream.range(0, m).boxed().toList());
    if (examples.train().response() instanceof Response.Classes classes) {
      rows.sort(Comparator.comparingInt(classes::label)); // stable: the rest stays in file order
    }
    this.x = HostMatrix.allocate(all.dtype(), m, all.cols());
    for (int i = 0; i < m; i++) {
      x.rows(i, i + 1L).copyFrom(all.rows(rows.get(i), rows.get(i) + 1L));
    }
  }

  /** Returns the pictures of all hidden layers. */
  List<Gram> of(Network network, String when) {
    List<Gram> grams = new ArrayList<>();
    for (int l = 1; l < network.depth() && x.rows() > 0; l++) {
      int layer = l;
      new LayerFeatures(backend, network, l, x)
          .forEach((_, block) -> grams.add(gram(layer, when, block.toArray())));
    }
    return grams;
  }

  private static Gram gram(int layer, String when, double[][] phi) {
    double[] norms = new double[phi.length];
    for (int i = 0; i < phi.length; i++) {
      norms[i] = Math.sqrt(dot(phi[i], phi[i]));
    }
    List<Double> cosines = new ArrayList<>();
    for (int i = 0; i < phi.length; i++) {
      for (int j = 0; j < phi.length; j++) {
        double scale = norms[i] * norms[j];
        double cosine = scale > 0 ? dot(phi[i], phi[j]) / scale : 0;
        cosines.add(Math.rint(1000 * cosine) / 1000); // more than the grey of a picture can show
      }
    }
    return new Gram(layer, when, phi.length, cosines);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  @Override
  public void close() {
    x.close();
  }
}
