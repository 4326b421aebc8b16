package dev.lamina.cli;

import dev.lamina.analysis.layerwise.BatchRule;
import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.layerwise.LayerLoss;
import dev.lamina.analysis.layerwise.ObjectiveSettings;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/**
 * What {@code lamina dgl --json} prints.
 *
 * @param loss the loss in the form that was asked for
 * @param gradientNorm Frobenius norm of its gradient by the activations
 * @param logDeterminant log det A, null for forms without it
 * @param fit ½ tr YᵀA⁻¹Y, null for forms without it
 * @param form which loss
 * @param layersAbove p
 * @param samples N
 * @param features n
 * @param classes C, columns of the targets
 * @param noise the noise that was used; null if the form has none
 * @param readoutVariance σ_a²
 * @param weightVariance σ_w²
 * @param biasVariance σ_b²
 * @param centred whether K and Y were centred
 * @param space gram or features
 * @param fullLossEstimate what the evidence of the whole population would be; null without one
 * @param precision element type of all arithmetic
 * @param backend what computed
 * @param device what it computed on
 * @param seconds time of the loss and its gradient
 */
record DglDocument(
    double loss,
    double gradientNorm,
    double logDeterminant,
    double fit,
    String form,
    int layersAbove,
    long samples,
    long features,
    long classes,
    OptionalDouble noise,
    double readoutVariance,
    double weightVariance,
    double biasVariance,
    boolean centred,
    String space,
    OptionalDouble fullLossEstimate,
    DType precision,
    String backend,
    String device,
    double seconds) {

  static DglDocument of(
      Backend backend,
      ObjectiveSettings settings,
      HostMatrix phi,
      HostMatrix y,
      LayerLoss loss,
      double gradientNorm,
      double seconds) {
    Form form = settings.form();
    boolean estimated = settings.population().isPresent() && form == Form.EVIDENCE;
    return new DglDocument(
        loss.value(),
        gradientNorm,
        loss.logDeterminant(),
        loss.fit(),
        form.text(),
        settings.layersAbove(),
        phi.rows(),
        phi.cols(),
        y.cols(),
        form.usesNoise() ? OptionalDouble.of(settings.noiseOf(phi.rows())) : OptionalDouble.empty(),
        settings.readoutVariance(),
        settings.weightVariance(),
        settings.biasVariance(),
        settings.centres(),
        settings.inFeatureSpace(phi.rows(), phi.cols()) ? "features" : "gram",
        estimated ? OptionalDouble.of(fullLoss(settings, phi, y, loss)) : OptionalDouble.empty(),
        DType.FLOAT64,
        backend.id().text(),
        backend.device().name(),
        seconds);
  }

  private static double fullLoss(
      ObjectiveSettings settings, HostMatrix phi, HostMatrix y, LayerLoss loss) {
    return new BatchRule(settings.noise(), settings.population().getAsLong())
        .fullLoss(loss.value(), phi.rows(), y.cols(), settings.centred());
  }

  String text() {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s%s, %d wide layers above, %d samples, %d features, %d columns of targets, %s space,"
                + " on %s (%s), %.3g s",
            form,
            centred ? ", centred" : "",
            layersAbove,
            samples,
            features,
            classes,
            space,
            backend,
            device,
            seconds));
    lines.add("loss " + loss);
    if (!Double.isNaN(fit)) {
      lines.add("fit " + fit + ", log det A " + logDeterminant);
    }
    fullLossEstimate.ifPresent(full -> lines.add("estimate for the population " + full));
    lines.add("norm of the gradient " + gradientNorm);
    return lines.toString();
  }
}
