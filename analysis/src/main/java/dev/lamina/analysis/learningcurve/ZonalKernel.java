package dev.lamina.analysis.learningcurve;

import dev.lamina.kernel.Kernel;
import org.hipparchus.complex.Complex;

/** A kernel on a sphere as a function of the cosine t between its inputs alone. */
interface ZonalKernel {

  /**
   * Returns the value at a real cosine.
   *
   * @param s 1 − t, in [0, 2]
   */
  double atComplement(double s);

  /**
   * Returns the analytic continuation of the value.
   *
   * @param t complex with |t| &lt; 1
   */
  Complex at(Complex t);

  /**
   * Returns a kernel on a sphere.
   *
   * @throws IllegalArgumentException if its power series in the cosine is not known
   */
  static ZonalKernel of(Kernel kernel, Sphere sphere) {
    return switch (kernel) {
      case Kernel.Nngp k -> new ZonalNetwork(k.network(), sphere, false);
      case Kernel.Ntk k -> new ZonalNetwork(k.network(), sphere, true);
      case Kernel.Sum k ->
          new Combined(k.terms().stream().map(term -> of(term, sphere)).toList(), true);
      case Kernel.Product k ->
          new Combined(k.factors().stream().map(factor -> of(factor, sphere)).toList(), false);
      case Kernel.Constant k -> new Direct(k, sphere);
      case Kernel.Linear k -> new Direct(k, sphere);
      case Kernel.Polynomial k -> new Direct(k, sphere);
      case Kernel.Gaussian k -> new Direct(k, sphere);
      case Kernel.Laplace k -> new Direct(k, sphere);
      case Kernel.Matern k -> new Direct(k, sphere);
      case Kernel.RationalQuadratic k -> new Direct(k, sphere);
      case Kernel.ArcCosine k -> new Direct(k, sphere);
    };
  }

  /** Sums and products. */
  record Combined(java.util.List<ZonalKernel> parts, boolean sum) implements ZonalKernel {
    @Override
    public double atComplement(double s) {
      double result = sum ? 0 : 1;
      for (ZonalKernel part : parts) {
        double value = part.atComplement(s);
        result = sum ? result + value : result * value;
      }
      return result;
    }

    @Override
    public Complex at(Complex t) {
      Complex result = sum ? Complex.ZERO : Complex.ONE;
      for (ZonalKernel part : parts) {
        Complex value = part.at(t);
        result = sum ? result.add(value) : result.multiply(value);
      }
      return result;
    }
  }

  /** Kernels with a formula in x = 1 − t that serves real and complex arguments. */
  final class Direct implements ZonalKernel {
    private static final double HALF_INTEGERS = 3.5;

    private final Kernel kernel;
    private final double square;

    Direct(Kernel kernel, Sphere sphere) {
      this.kernel = kernel;
      this.square = sphere.radius() * sphere.radius();
      if (kernel instanceof Kernel.Matern(double nu, double length) && !closed(nu)) {
        throw new IllegalArgumentException(
            "matern(nu=%s, lengthScale=%s): its power series on the sphere is known for nu = 0.5, 1.5, 2.5 and 3.5 only"
                .formatted(nu, length));
      }
    }

    private static boolean closed(double nu) {
      return nu <= HALF_INTEGERS && Math.rint(nu - 0.5) == nu - 0.5;
    }

    @Override
    public double atComplement(double s) {
      return value(new Complex(s)).getRealPart();
    }

    @Override
    public Complex at(Complex t) {
      return value(Complex.ONE.subtract(t));
    }

    private Complex value(Complex x) {
      return switch (kernel) {
        case Kernel.Constant(double value) -> new Complex(value);
        case Kernel.Linear(double offset) -> dot(x).add(offset);
        case Kernel.Polynomial(int degree, double scale, double offset) ->
            dot(x).multiply(scale).add(offset).pow(degree);
        case Kernel.Gaussian(double length) -> x.multiply(-square / (length * length)).exp();
        case Kernel.Laplace(double length) -> distance(x).multiply(-1 / length).exp();
        case Kernel.Matern(double nu, double length) ->
            matern((int) Math.rint(nu - 0.5), distance(x).multiply(Math.sqrt(2 * nu) / length));
        case Kernel.RationalQuadratic(double alpha, double length) ->
            x.multiply(square / (alpha * length * length)).add(1).pow(-alpha);
        case Kernel.ArcCosine(int order) -> arcCosine(order, x);
        case Kernel.Nngp _, Kernel.Ntk _, Kernel.Sum _, Kernel.Product _ ->
            throw new IllegalStateException("no formula of its own: " + kernel);
      };
    }

    /** Returns x·z. */
    private Complex dot(Complex x) {
      return Complex.ONE.subtract(x).multiply(square);
    }

    /** Returns ‖x − z‖ = √(2 r² (1 − t)). */
    private Complex distance(Complex x) {
      return x.multiply(2 * square).sqrt();
    }

    /** Rasmussen and Williams 2006, (4.16), for ν = p + ½. */
    private static Complex matern(int p, Complex a) {
      Complex series =
          switch (p) {
            case 0 -> Complex.ONE;
            case 1 -> a.add(1);
            case 2 -> a.multiply(1.0 / 3).add(1).multiply(a).add(1);
            default -> a.multiply(1.0 / 15).add(0.4).multiply(a).add(1).multiply(a).add(1);
          };
      return series.multiply(a.negate().exp());
    }

    /** Cho and Saul 2009, (4) to (6), with θ = 2 arcsin √(x/2). */
    private Complex arcCosine(int order, Complex x) {
      Complex t = Complex.ONE.subtract(x);
      Complex sine = x.multiply(x.negate().add(2)).sqrt();
      Complex rest = x.divide(2).sqrt().asin().multiply(-2).add(Math.PI);
      Complex j =
          switch (order) {
            case 0 -> rest;
            case 1 -> sine.add(rest.multiply(t));
            default ->
                sine.multiply(t).multiply(3).add(rest.multiply(t.multiply(t).multiply(2).add(1)));
          };
      return j.multiply(Math.pow(square, order) / Math.PI);
    }
  }
}
