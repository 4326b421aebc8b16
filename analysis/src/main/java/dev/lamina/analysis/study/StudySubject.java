package dev.lamina.analysis.study;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says in a sentence what a study is about. */
final class StudySubject {
  private StudySubject() {}

  /**
   * Returns for example {@code A fully connected network of 3 hidden layers (256, 256, 256; relu,
   * he initialisation, with biases) on digits: 1400 training and 397 test samples of 8×8 pixels in
   * 10 classes.}
   */
  static String of(StudyContext context, boolean aboutNetwork) {
    DataSet train = context.data().train();
    String features =
        train.image().map(shape -> shape + " pixels").orElse(train.features() + " features");
    String kind =
        switch (train.response()) {
          case Response.Classes classes -> "in " + classes.count() + " classes";
          case Response.Values numbers -> "with " + numbers.values().cols() + " numbers each";
        };
    return String.format(
        Locale.ROOT,
        "%s%s: %,d training and %,d test samples of %s %s.",
        aboutNetwork ? network(context.network()) + " on " : "",
        train.name(),
        train.samples(),
        context.data().test().samples(),
        features,
        kind);
  }

  private static String network(NetworkConfig network) {
    return String.format(
        Locale.ROOT,
        "A fully connected network of %d hidden layers (%s; %s, %s initialisation, %s biases%s%s)",
        network.depth(),
        network.hidden().stream().map(String::valueOf).collect(Collectors.joining(", ")),
        network.activation(),
        network.init(),
        network.bias() ? "with" : "without",
        network.batchNorm() ? ", batch normalisation" : "",
        network.residual().isPresent() ? ", residual (" + network.residual() + ")" : "");
  }
}
