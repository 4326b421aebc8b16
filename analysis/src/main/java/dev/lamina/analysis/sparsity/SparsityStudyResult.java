package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.training.Loss;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What the section {@code sparsity} of a study found.
 *
 * @param data which samples, in words
 * @param cost what the outputs cost
 * @param classes names of the classes; empty for numbers
 * @param labels class of each training sample, ascending; empty for numbers
 * @param samples training samples N
 * @param testSamples test samples
 * @param plateauSamples training samples of the networks of other widths and of the bounds
 * @param fresh the network of the study before training
 * @param trained the best network found
 * @param starts losses that the initialisations led to
 * @param trainAccuracy share of training samples classified rightly; NaN for numbers
 * @param test how it does on the test samples
 * @param grams covariances of hidden layers before and after
 * @param tikhonov forces at the minimiser of the Tikhonov form; empty if they were not asked for
 * @param bound a lower bound of the loss of any width, where there is one
 * @param plateau losses against width
 * @param depths losses against depth and ridge
 * @param known networks whose optimum is known
 */
public record SparsityStudyResult(
    String data,
    Loss cost,
    List<String> classes,
    List<Integer> labels,
    int samples,
    int testSamples,
    int plateauSamples,
    CovarianceResult fresh,
    CovarianceResult trained,
    List<Double> starts,
    double trainAccuracy,
    Test test,
    List<GramPair> grams,
    List<Tikhonov> tikhonov,
    List<Bound> bound,
    List<Point> plateau,
    List<Point> depths,
    List<Known> known) {

  /** Copies the lists. */
  public SparsityStudyResult {
    classes = List.copyOf(classes);
    labels = List.copyOf(labels);
    starts = List.copyOf(starts);
    grams = List.copyOf(grams);
    tikhonov = List.copyOf(tikhonov);
    bound = List.copyOf(bound);
    plateau = List.copyOf(plateau);
    depths = List.copyOf(depths);
    known = List.copyOf(known);
  }

  /**
   * How a network does on samples.
   *
   * @param cost mean cost without ridge
   * @param accuracy share classified rightly; NaN for numbers
   */
  public record Test(double cost, double accuracy) {}

  /**
   * Covariance of a hidden layer over samples ordered by class, scaled to a mean diagonal of 1.
   *
   * @param layer l
   * @param samples which samples
   * @param fresh K_l before training
   * @param trained K_l after it
   */
  public record GramPair(
      int layer, List<Integer> samples, List<List<Double>> fresh, List<List<Double>> trained) {
    /** Copies the lists. */
    public GramPair {
      samples = List.copyOf(samples);
      fresh = fresh.stream().map(List::copyOf).toList();
      trained = trained.stream().map(List::copyOf).toList();
    }
  }

  /**
   * The minimiser of the Tikhonov form that was reached from the trained network.
   *
   * @param epsilon ε
   * @param loss its L_ε, a lower bound of the loss of networks near it
   * @param planes samples, neurons and forces of each hidden layer
   */
  public record Tikhonov(double epsilon, double loss, List<LayerPlanes> planes) {
    /** Copies the list. */
    public Tikhonov {
      planes = List.copyOf(planes);
    }
  }

  /**
   * A hidden layer in two planes of two principal components.
   *
   * @param layer l
   * @param samples its samples, columns of Z_l, about their mean
   * @param neurons its neurons, rows of Z_l, about 0
   * @param attraction |A_l|
   * @param repulsion |R_l|
   * @param cosine ⟨A_l, R_l⟩/(|A_l| |R_l|): −1 if they are opposite; NaN if one is 0
   * @param residual |A_l + R_l|/max(|A_l|, |R_l|)
   */
  public record LayerPlanes(
      int layer,
      Plane samples,
      Plane neurons,
      double attraction,
      double repulsion,
      double cosine,
      double residual) {}

  /**
   * Points with two arrows each.
   *
   * @param x coordinates along the first component
   * @param y along the second
   * @param attractionX of −A_l, in the direction in which it pulls
   * @param attractionY second coordinate
   * @param repulsionX of −R_l
   * @param repulsionY second coordinate
   * @param explained share of the sum of squares that the plane holds
   */
  public record Plane(
      List<Double> x,
      List<Double> y,
      List<Double> attractionX,
      List<Double> attractionY,
      List<Double> repulsionX,
      List<Double> repulsionY,
      double explained) {
    /** Copies the lists. */
    public Plane {
      x = List.copyOf(x);
      y = List.copyOf(y);
      attractionX = List.copyOf(attractionX);
      attractionY = List.copyOf(attractionY);
      repulsionX = List.copyOf(repulsionX);
      repulsionY = List.copyOf(repulsionY);
    }
  }

  /**
   * A lower bound of the loss.
   *
   * @param lambda λ
   * @param value the bound
   * @param source how it was found
   */
  public record Bound(double lambda, double value, String source) {}

  /**
   * The best network of one shape and ridge.
   *
   * @param layers number of weight layers L
   * @param width of the hidden layers
   * @param lambda λ
   * @param loss with the ridge
   * @param cost without it
   * @param test on test samples, without ridge
   * @param effective different neurons of each hidden layer, {@link Rays#FINE}
   * @param coarse the same, {@link Rays#COARSE}
   * @param ranks numerical rank of K_l of each hidden layer
   * @param starts losses that the initialisations led to
   * @param wider whether the best start was the network of the width before with neurons added
   */
  public record Point(
      int layers,
      int width,
      double lambda,
      double loss,
      double cost,
      Test test,
      List<Integer> effective,
      List<Integer> coarse,
      List<Integer> ranks,
      List<Double> starts,
      boolean wider) {
    /** Copies the lists. */
    public Point {
      effective = List.copyOf(effective);
      coarse = List.copyOf(coarse);
      ranks = List.copyOf(ranks);
      starts = List.copyOf(starts);
    }
  }

  /**
   * A network trained on a problem whose optimum is known.
   *
   * @param problem in words
   * @param width of the hidden layers
   * @param lambda λ
   * @param trained loss of the best start
   * @param optimum known least loss, of any width or of this one
   * @param bound lower bound for this width, if there is another
   * @param rays different neurons after training, {@link Rays#COARSE}
   */
  public record Known(
      String problem,
      int width,
      double lambda,
      double trained,
      double optimum,
      OptionalDouble bound,
      int rays) {}
}
