/** Studies: several analyses of one network on one data set, described by a config file. */
package dev.lamina.analysis.study;
