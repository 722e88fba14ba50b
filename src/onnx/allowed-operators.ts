/**
 * Operators that a model may use, by domain: those of scoring graphs. None loops, calls other code, reads files or draws random numbers.
 * Exporters of scikit-learn, LightGBM, XGBoost and PyTorch stay inside this list for tabular models.
 */
export const ALLOWED_OPERATORS: { readonly [domain: string]: ReadonlySet<string> | undefined } = {
  '': new Set([
    ...['Abs', 'Add', 'And', 'ArgMax', 'ArgMin', 'BatchNormalization', 'Cast', 'CastLike', 'Ceil', 'Clip', 'Concat', 'Constant'],
    ...['ConstantOfShape', 'CumSum', 'Div', 'Dropout', 'Elu', 'Equal', 'Erf', 'Exp', 'Expand', 'Flatten', 'Floor', 'Gather'],
    ...['GatherElements', 'GatherND', 'Gelu', 'Gemm', 'Greater', 'GreaterOrEqual', 'HardSigmoid', 'Identity', 'IsInf', 'IsNaN'],
    ...[
      'LayerNormalization',
      'LeakyRelu',
      'Less',
      'LessOrEqual',
      'Log',
      'LogSoftmax',
      'MatMul',
      'Max',
      'Mean',
      'Min',
      'Mod',
      'Mul',
    ],
    ...['Neg', 'Not', 'OneHot', 'Or', 'PRelu', 'Pow', 'Range', 'Reciprocal', 'ReduceL1', 'ReduceL2', 'ReduceMax', 'ReduceMean'],
    ...[
      'ReduceMin',
      'ReduceProd',
      'ReduceSum',
      'ReduceSumSquare',
      'Relu',
      'Reshape',
      'Round',
      'Selu',
      'Shape',
      'Sigmoid',
      'Sign',
    ],
    ...[
      'Size',
      'Slice',
      'Softmax',
      'Softplus',
      'Split',
      'Sqrt',
      'Squeeze',
      'StringConcat',
      'StringNormalizer',
      'Sub',
      'Sum',
      'Tanh',
    ],
    ...['TfIdfVectorizer', 'Tile', 'TopK', 'Transpose', 'Unsqueeze', 'Where', 'Xor'],
  ]),
  'ai.onnx.ml': new Set([
    ...['ArrayFeatureExtractor', 'Binarizer', 'CategoryMapper', 'DictVectorizer', 'FeatureVectorizer', 'Imputer', 'LabelEncoder'],
    ...['LinearClassifier', 'LinearRegressor', 'Normalizer', 'OneHotEncoder', 'SVMClassifier', 'SVMRegressor', 'Scaler'],
    ...['TreeEnsemble', 'TreeEnsembleClassifier', 'TreeEnsembleRegressor', 'ZipMap'],
  ]),
};
